"""ServiceNow: its tables, names, history of states, census and sign-in."""
