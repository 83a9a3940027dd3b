"""Stages that several workflows share."""
