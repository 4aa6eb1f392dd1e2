"""Risk area: models. Facts, readers and rules about model files and model repositories."""
