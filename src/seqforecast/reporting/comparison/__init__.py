"""What a comparison says: verdict, table, figures."""
