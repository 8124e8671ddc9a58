"""What must be done before an office may act on a referral that rests on a notice; kept with the referral itself."""
