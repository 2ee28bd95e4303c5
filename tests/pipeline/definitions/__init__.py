"""What changes when a mapping, what counts as a delivery, or a metric becomes another one."""
