"""What every page of the admin is built on. It knows no app of the shop."""
