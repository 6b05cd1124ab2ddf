from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from opsdesk.lib.sms import chosen


class Command(BaseCommand):
    help = "Print the address for a provider's delivery reports. Treat it as a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the desk's own address: https://desk.example.com")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SMS.provider is None:
            raise CommandError("OPSDESK_SMS_PROVIDER names no provider: nobody reports deliveries.", returncode=2)
        name = settings.SMS.name
        path = reverse("sms_deliveries", args=[name, chosen.callback_signature(settings.SECRET_KEY, name)])
        self.stdout.write(f"{options['address'].rstrip('/')}{path}")
