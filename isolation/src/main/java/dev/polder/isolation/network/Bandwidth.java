package dev.polder.isolation.network;

/**
 * How much a container may receive (ingress) and send (egress).
 *
 * @param ingressRate in bits a second, 0 for no limit
 * @param ingressBurst in bits, above 0 with a rate
 * @param egressRate in bits a second, 0 for no limit
 * @param egressBurst in bits, above 0 with a rate
 */
public record Bandwidth(long ingressRate, long ingressBurst, long egressRate, long egressBurst) {
    /** The kernel's bucket is counted in bytes of 32 bits. */
    private static final long BURST_MAX = 0xFFFF_FFFFL;

    /** Checks the values. */
    public Bandwidth {
        require("ingress", ingressRate, ingressBurst);
        require("egress", egressRate, egressBurst);
    }

    private static void require(String direction, long rate, long burst) {
        if (rate < 0) {
            throw new IllegalArgumentException(direction + "Rate " + rate + " must not be negative");
        }
        if (rate == 0 ? burst != 0 : burst < 1 || burst > BURST_MAX) {
            throw new IllegalArgumentException(direction + "Burst " + burst + " must be "
                    + (rate == 0 ? "0 without a rate" : "1 to BURST_MAX=" + BURST_MAX));
        }
    }
}
