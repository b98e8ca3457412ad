"""For the programs that are a list of expressions: prints what each gives, or the error that it raises."""
import warnings


def show(cases, names):
    """`cases` has one expression a line; they are evaluated with the global variables `names`, and without warnings."""
    warnings.simplefilter("ignore")
    for case in cases.strip().splitlines():
        try:
            result = eval(case, names)
        except Exception as e:
            result = f"{type(e).__name__}: {e}"
        print(ascii(case), "->", ascii(result))
