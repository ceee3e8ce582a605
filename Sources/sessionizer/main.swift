print("sessionizer")
