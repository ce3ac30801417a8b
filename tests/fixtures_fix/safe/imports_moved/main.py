"""Names are imported from the one module that defines them now."""

from app import users


def case_single() -> None:
    assert users.single()


def case_relative() -> None:
    assert users.relative()


def case_renamed() -> None:
    assert users.renamed()


def case_one_of_several() -> None:
    assert users.one_of_several()


def case_the_last() -> None:
    assert users.the_last()


def case_in_parentheses() -> None:
    assert users.in_parentheses()


def case_on_one_line() -> None:
    assert users.on_one_line()


def case_of_a_module_that_is_gone() -> None:
    assert users.of_a_module_that_is_gone()


def case_all_of_a_module_that_is_gone() -> None:
    assert users.all_of_a_module_that_is_gone()
