"""Text for the cells of a spreadsheet."""

# What a spreadsheet takes for the start of a formula, with the wide forms of East Asian input
# (OWASP, CSV injection); a leading tab or line end hides one.
_FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


def neutral(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe goes before one that it would."""
    return f"'{text}" if text.startswith(tuple(_FORMULA_STARTS)) else text
