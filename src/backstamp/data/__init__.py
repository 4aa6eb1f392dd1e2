"""The risk area of data: poisoned sets, biased sources, licences that forbid the use."""
