"""What is typed on a screen, parsed into the data classes of the actions.

A form reads text into dates, numbers and choices, and no more: the actions judge, all fields at once, and
their refusals come back beside the fields they name (`ScreenForm.refuse`).
"""
