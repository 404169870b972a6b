"""240 channels over DAHDI's kernel driver: what the pump loses and costs, beside a loop that does nothing."""
