"""GitHub: issues, pull requests, commits, runs, deployments, by REST and by GraphQL."""
