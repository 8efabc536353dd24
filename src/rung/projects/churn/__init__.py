"""Project churn: which customers are about to leave?"""
