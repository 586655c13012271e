"""Whether an answer, or the time it takes, tells that an address has an account.

    python -m tests.faults.enumeration [FOLDER] [--times 500] [--forms "log in" share]

It is benchmarks/enumeration.py, which says what is measured and what counts as telling.
"""

from benchmarks.enumeration import main

PROMISES = (34,)

if __name__ == "__main__":
    main()
