"""HTTP only: routes that check input, call one function and shape the answer."""
