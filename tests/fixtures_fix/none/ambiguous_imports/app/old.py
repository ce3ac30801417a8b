first_name = 1
