"""Project income: who earned more than 50,000 dollars, by the census of 1994?"""
