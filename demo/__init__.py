"""The demo: a seeded legacy CRM with its truth, a target CRM of its own, and the run between them."""
