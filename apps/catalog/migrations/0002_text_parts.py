"""Let the search find words, and parts of words, without reading every product."""

from django.db import migrations

from apps.common.operations import AddTrigramIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("catalog", "0001_initial"), ("users", "0004_trigrams")]

    operations = [
        AddTrigramIndexConcurrently("product", "search_text", "catalog_product_text_parts"),
    ]
