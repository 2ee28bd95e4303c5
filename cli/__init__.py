"""The `headwater` command: one call into the layers below per subcommand."""
