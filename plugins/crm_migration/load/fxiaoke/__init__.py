"""纷享销客 / Fxiaoke (ShareCRM) as a target: its Open API v2, one record a call."""
