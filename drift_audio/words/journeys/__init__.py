"""Journeys: sessions written whole, one image and one technique each, and the choice among them."""
