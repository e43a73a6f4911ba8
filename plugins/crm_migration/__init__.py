"""Move customer data out of a legacy CRM, whole, clean and once, into the CRM in use now."""
