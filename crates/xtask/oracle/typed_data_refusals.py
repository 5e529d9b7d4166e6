def refusals(file):
    pass
