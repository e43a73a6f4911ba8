"""Text with a separator between fields: encoding and dialect found, rows in blocks, bad rows one by one."""
