"""Registers of firms matched with one another: who is in several of them, by code, by name, by former name."""
