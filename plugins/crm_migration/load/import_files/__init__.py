"""Files for a CRM's own import wizard, and what the wizard answers: written, read back, accounted for."""
