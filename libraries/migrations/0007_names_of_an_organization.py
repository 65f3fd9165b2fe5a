import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    """Natural ids and teams' e-mails are unique within an organization (R16)."""

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("libraries", "0006_service_accounts"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="team", name="team_email_unique"),
        migrations.AlterField(
            model_name="library",
            name="natural_id",
            field=models.CharField(max_length=40),
        ),
        migrations.AddConstraint(
            model_name="library",
            constraint=models.UniqueConstraint(fields=("natural_id", "organization"), name="library_natural_id_unique"),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                models.F("organization"),
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="team_email_unique",
            ),
        ),
    ]
