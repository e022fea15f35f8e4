"""What other programs and people call our columns. Capitals, blanks and signs make no difference."""

CUSTOMERS = {
    "name": """
        customer, customer name, party, party name, buyer, buyer name, billing name, company name, ledger
        name, display name, account name, name of customer, name of party
    """,
    "gstin": """
        GST, GST no, GST number, GSTIN no, GSTIN number, GSTIN/UIN, GST registration number, GST reg no,
        GST identification number, party GSTIN, customer GSTIN
    """,
    "kind": "registration type, GST treatment, GST registration type, customer type, buyer type, party type",
    "phone": """
        mobile, mobile no, mobile number, phone no, phone number, contact, contact no, contact number,
        telephone
    """,
    "email": "e-mail address, email id, mail, mail id",
    "address": "billing address, address 1, address line 1, street, billing street, full address",
    "city": "billing city, town, city/town",
    "pincode": "PIN, ZIP, ZIP code, postal code, billing PIN code, billing ZIP, billing code, PIN code no",
    "state_code": "state name, place of supply, billing state, POS, state/UT",
    "country": "country name, billing country, country of destination, country of residence",
    "ship_name": "shipping name, consignee, consignee name, ship to, ship to name",
    "ship_address": "shipping address, shipping street, ship to address, consignee address",
    "ship_city": "shipping city, ship to city",
    "ship_pincode": "shipping PIN code, shipping ZIP, shipping code, ship to PIN code",
    "ship_state_code": "shipping state, ship to state",
    "credit_limit": "credit amount, credit limit amount, limit",
}

PRODUCTS = {
    "name": """
        item, item name, product, product name, goods, goods name, service name, stock item, description,
        item description, particulars, name of item
    """,
    "sku": """
        item code, product code, code, article, article no, part no, part number, model, item no, barcode
    """,
    "kind": "type, product type, item type, goods or service, category",
    "hsn": "HSN, SAC, HSN code, SAC code, HSN no, HSN/SAC code, HSN SAC, HSN or SAC",
    "unit": "UQC, UOM, units, unit of measure, unit of measurement, usage unit, measuring unit, per",
    "price": """
        rate, sales price, sale price, selling price, unit price, price/unit, MRP, selling rate, sales
        rate, standard price, price per unit
    """,
    "price_includes_tax": """
        tax inclusive, inclusive of tax, inclusive, price includes tax, with tax, tax included
    """,
    "supply": "taxable, tax type, tax preference, taxability type",
    "rate": """
        GST, GST %, tax, tax %, tax rate, GST rate %, tax percentage, GST percentage, IGST, IGST rate,
        integrated tax rate, GST slab
    """,
    "cess_pct": "cess, cess rate, cess percentage, compensation cess",
    "cess_per_unit": "cess amount, specific cess",
    "stock": """
        opening stock, stock, quantity, qty, opening quantity, opening qty, stock on hand, current stock,
        closing stock, closing quantity, balance quantity, stock quantity
    """,
    "reorder_level": """
        minimum stock, min stock, low stock alert, reorder point, minimum quantity, alert quantity
    """,
}

OPENING = {
    "name": CUSTOMERS["name"],
    "gstin": CUSTOMERS["gstin"],
    "phone": CUSTOMERS["phone"],
    "amount": """
        balance, opening balance, outstanding, pending amount, balance due, amount due, closing balance,
        due, receivable, outstanding amount, pending, debit, balance amount
    """,
    "date": "as of, as on, invoice date, bill date, voucher date, as of date, opening date, document date",
    "due_date": "due on, due by, payment due date, payment due",
    "reference": """
        invoice no, invoice number, invoice, bill no, bill number, ref no, ref, voucher no, voucher
        number, document number, invoice#
    """,
}
