"""Rows of a file into rows of the business: what each would do, and doing it, many at a time.

A row passes the checks of the actions that a form passes (`customers.judged`, `products.judged`,
`opening.judged`); here is only how cells become their data, which stored row they mean, and how many rows are
stored at once.
"""

from gstbillingapp.actions.importing.customers import Customers
from gstbillingapp.actions.importing.opening import OpeningBalances
from gstbillingapp.actions.importing.products import Products
from gstbillingapp.actions.importing.rows import Column, Outcome, Said, Subject, Verdict

SUBJECTS: dict[str, Subject] = {
    subject.slug: subject for subject in (Customers(), Products(), OpeningBalances())
}

__all__ = ["SUBJECTS", "Column", "Outcome", "Said", "Subject", "Verdict"]
