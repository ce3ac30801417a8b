"""What earlier runs found out, kept in a folder as data; whatever is wrong with it is a miss."""
