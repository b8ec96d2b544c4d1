from django.urls import path

from delivery.views import deliveries, webhooks

app_name = "delivery"
urlpatterns = [
    path("", webhooks.webhook_list, name="webhook-list"),
    path("new/", webhooks.webhook_create, name="webhook-create"),
    path("<uuid:pk>/", webhooks.webhook_detail, name="webhook-detail"),
    path("<uuid:pk>/edit/", webhooks.webhook_edit, name="webhook-edit"),
    path("<uuid:pk>/secret/", webhooks.webhook_rotate, name="webhook-rotate"),
    path("<uuid:pk>/switch/", webhooks.webhook_switch, name="webhook-switch"),
    path("<uuid:pk>/test/", webhooks.webhook_test, name="webhook-test"),
    path("<uuid:pk>/replay/", webhooks.webhook_replay, name="webhook-replay"),
    path("<uuid:pk>/delete/", webhooks.webhook_delete, name="webhook-delete"),
    path("deliveries/<uuid:pk>/", deliveries.delivery_detail, name="delivery-detail"),
    path("deliveries/<uuid:pk>/progress/", deliveries.delivery_progress, name="delivery-progress"),
    path("deliveries/<uuid:pk>/replay/", deliveries.delivery_replay, name="delivery-replay"),
]
