namespace Freightdesk.Api.Shipments;

public sealed class Shipment
{
    public Guid Id { get; init; }

    public Guid TenantId { get; init; }

    public required string Reference { get; set; }

    public required string Consignee { get; set; }

    public DateTimeOffset DepartsAt { get; set; }

    public decimal WeightKg { get; set; }

    /// <summary>When it was put away; null while it is in use.</summary>
    public DateTimeOffset? ArchivedAt { get; set; }
}

public sealed record ShipmentSummary(Guid Id, string Reference, string Consignee, DateTimeOffset DepartsAt);
