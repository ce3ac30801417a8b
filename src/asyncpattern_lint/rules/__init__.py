"""The rules, one module each; the registry in ``rule`` finds them."""
