"""Signed receipts and the unbroken chain of custody of each referral, and the command that checks both offline."""
