"""The mistakes that people and machines make in data; which, where and how often is said in facts/dirt.yaml."""
