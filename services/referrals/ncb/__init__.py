"""The NCB feed: messages of INTERPOL Washington become changes of notices."""
