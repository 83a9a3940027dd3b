"""CSV and Parquet tables: read strictly, column by column, into a panel."""
