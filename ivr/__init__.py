"""A helpline that answers by itself: one package, one room a concern (see ARCHITECTURE.md)."""
