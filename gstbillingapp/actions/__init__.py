"""What changes data: one function a deed, one transaction, ending with the notifications it owes.

Bad input raises `django.core.exceptions.ValidationError` with a dictionary, and nothing is written. Its keys
are the names of the fields of the data class passed in (`"gstin"`), a field of a line as
`"lines-<position from 0>-<field>"` (`"lines-2-qty"`, as a Django formset names its inputs), `"lines"` for the
lines as a whole, and `"__all__"` for what belongs to no field. Each message says what is allowed.

An id of another business raises the model's `DoesNotExist`, as one that does not exist: a view answers 404.
"""
