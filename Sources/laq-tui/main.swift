print("laq")
