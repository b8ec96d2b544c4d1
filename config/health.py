"""What a load balancer or a container asks: can this process reach its database?"""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


@never_cache
def healthy(request: HttpRequest) -> HttpResponse:
    """200 "ok" after one query; an unreachable database answers 500."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
