"""How the meter counts: usage records, prices, energy, local cost, equivalent bill, projection. Pure arithmetic."""
