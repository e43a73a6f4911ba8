"""A CRM behind an interface of calls as a target: a replica of it in SQL, and what brings the two together."""
