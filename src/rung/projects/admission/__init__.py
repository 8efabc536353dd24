"""Project admission: how likely is an applicant to be admitted?"""
