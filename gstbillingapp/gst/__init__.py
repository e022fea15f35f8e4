"""GST arithmetic and rules: pure functions of their arguments, without Django, clock or database.

What is payable::

    from datetime import date
    from decimal import Decimal

    from gstbillingapp.gst import rates
    from gstbillingapp.gst.calc import DocumentInput, LineInput, compute

    result = compute(
        DocumentInput(
            supplier_state="27",              # Maharashtra
            place_of_supply="29",             # Karnataka, from place.place_of_supply(...)
            lines=(
                LineInput(qty=Decimal(2), price=Decimal("499.50"), rate=Decimal(18), disc_pct=Decimal(10)),
            ),
            doc_disc=Decimal("100.00"),
        ),
        allowed_rates=rates.rates_on(rates.SLABS, date(2026, 11, 22)),
    )
    result.mode                # TaxMode.IGST; str(mode) is "IGST"
    result.total               # Decimal("943.00"); result.lines[0].igst == Decimal("143.84")

A value that cannot be billed with raises `errors.InputError` (a ValueError) with `.field` ("lines[0].qty",
counted from 0; `.line` and `.name` are its parts) and `.allowed` ("between 0 and 99,99,99,999").
`calc.problems(document)` lists all of them at once, for a form.

Modules: calc (totals), money (rounding, ₹12,34,567.89, words), place (place of supply with its reason),
states, gstin, numbers (Rule 46 numbers, financial years), hsn (codes, summary), rates (dated slabs, s.14),
papers (titles and declarations), returns (GSTR-1 sections, due dates), irn, upi, eway.
"""
