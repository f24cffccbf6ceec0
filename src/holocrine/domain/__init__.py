"""What a clinic talks about: typed, validated, shared by every other room."""
