"""Google Sheets and Google Drive as places that documents come from; nothing here can write to them."""
